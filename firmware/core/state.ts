/** The owner's policy and the person's settings. */
export class State {
  pinDigits: number;
  attempts: number;
  wipe: number;
  lockSeconds: number;
  asks: number;
  typing: number;
  screenSeconds: number;
  light: number;
  types: number;

  constructor() {
    this.pinDigits = 0;
    this.attempts = 10;
    this.wipe = 1;
    this.lockSeconds = 0;
    this.asks = 0;
    this.typing = 0;
    this.screenSeconds = 30;
    this.light = 2;
    this.types = 0;
  }

  save(): boolean {
    return true;
  }
}
