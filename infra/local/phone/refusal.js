// Why a pass is refused: a key of the catalogue and what fills its gaps, so that the reason can be said in any language.

export class Refusal extends Error {
  constructor(reason, values = {}) {
    super(`${reason} ${JSON.stringify(values)}`);
    this.reason = reason;
    this.values = values;
  }
}
