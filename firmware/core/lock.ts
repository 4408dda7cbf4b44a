/** The PIN. */
export class Lock {
  wanted: boolean;
  closed: boolean;
  dead: boolean;
  wait: number;
  left: number;

  constructor() {
    this.wanted = false;
    this.closed = false;
    this.dead = false;
    this.wait = 0;
    this.left = 10;
  }

  check(_pin: Uint8Array): string {
    return '';
  }

  choose(_pin: Uint8Array): string {
    return '';
  }

  unfit(_pin: Uint8Array): string {
    return '';
  }

  close(): void {}
}
