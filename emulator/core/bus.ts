/** Everything outside flash and RAM, by address. */
export interface Bus {
  /**
   * @param address unsigned; may be unaligned, if the chip allows that there
   * @param bytes 1, 2 or 4
   * @throws ProcessorFault `data-bus` where nothing answers
   */
  read(address: number, bytes: number): number;
  /** As `read`. Also gets writes to the flash, which its controller decides on. */
  write(address: number, value: number, bytes: number): void;
}
