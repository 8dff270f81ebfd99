// All cards of this phone, whichever wallet keeps them: those of Apple first, then those of Google.

export class Cards {
  #wallets;

  constructor(...wallets) {
    this.#wallets = wallets;
  }

  get passes() {
    return this.#wallets.flatMap((wallet) => wallet.passes);
  }

  pass(id) {
    return this.#wallets.map((wallet) => wallet.pass(id)).find(Boolean);
  }
}
