"""The sockets: every outside party is called from here, and nowhere else."""
