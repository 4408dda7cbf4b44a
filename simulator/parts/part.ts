/** A device on the I2C bus. A transaction always runs from start to stop. */
export interface I2cPart {
  /** Seven bits. */
  readonly address: number;
  readonly name: string;
  /** False while the part does not acknowledge its address. */
  ready(): boolean;
  write(bytes: Uint8Array): void;
  read(count: number): Uint8Array;
  powerOn(): void;
  /** The supply is gone: volatile state of the part is lost. */
  powerOff(): void;
}
