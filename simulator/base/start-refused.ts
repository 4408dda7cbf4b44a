/** Something that the person can put right; the message says what happened and what to do next. */
export class StartRefused extends Error {
  constructor(sentence: string, next: string) {
    super(`${sentence} ${next}`);
    this.name = 'StartRefused';
  }
}
