/** Long enough for a hold. */
const HELD_MS = 700;

/** A fob with one key: a press moves on or leaves, a hold takes the entry. */
export abstract class OneKey {
  abstract press(heldMs?: number): Promise<void>;

  async step(): Promise<void> {
    await this.press();
  }

  async choose(): Promise<void> {
    await this.press(HELD_MS);
  }

  async back(): Promise<void> {
    await this.press();
  }
}
