/** A device on the I2C bus. A transaction runs from a start to a stop or to a repeated start. */
export interface I2cPart {
  /** Seven bits. */
  readonly address: number;
  readonly name: string;
  /** False while the part does not acknowledge its address. */
  ready(): boolean;
  /** @param isStopped whether a stop ended the transaction, as usual: a repeated start keeps an EEPROM from writing */
  write(bytes: Uint8Array, isStopped?: boolean): void;
  read(count: number): Uint8Array;
  /** Begins a read whose length is not known yet. Returns the function that reads the next byte. */
  startRead(): () => number;
  powerOn(): void;
  /** The supply is gone: volatile state of the part is lost. */
  powerOff(): void;
}
