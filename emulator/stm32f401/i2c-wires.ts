/**
 * SDA and SCL of a bus, as its only master uses them: byte by byte. The parts on the wires do not stretch the clock, and
 * none of them is a master.
 */
export interface I2cWires {
  /** Whether a part holds SDA low. */
  readonly isHeld: boolean;
  /**
   * Whether the stop of the present transfer comes at the same time as its last byte, a fault: software that polls for the
   * byte while it looks at BUSY and MSL misses it, as if an interrupt had delayed it.
   */
  readonly missesEnd: boolean;
  /** Begins a start or a repeated start. Returns the microseconds by which a fault delays it; 0 without one. */
  start(): number;
  /** Sends an address of seven bits. Returns whether a part acknowledges it. */
  address(address: number, isRead: boolean): boolean;
  /** Sends a byte to the addressed part. Returns whether it acknowledges. */
  write(byte: number): boolean;
  /** Receives a byte from the addressed part. */
  read(): number;
  /** Ends the transfer: an EEPROM begins to write. */
  stop(): void;
  /** The master lets go of both wires without a stop: it was reset or disabled. */
  abandon(): void;
}
