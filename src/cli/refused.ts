/** A command that can not be done as it was asked for; `message` is a sentence that says what to do. */
export class Refused extends Error {
  readonly code = 'refused';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Refused';
  }
}
