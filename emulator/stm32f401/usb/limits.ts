/** Endpoints of each direction, endpoint 0 included (RM0368 §22.2.3). */
export const ENDPOINTS = 4;

/** Packets that the transmit FIFO of an endpoint holds (RM0368 §22.17.6, generic non-periodic IN data transfers). */
export const PACKETS_IN_TRANSMIT_FIFO = 8;

/** Words of the receive FIFO that only SETUP packets use (RM0368 §22.11.1). */
export const SETUP_LOCATIONS = 10;

/** Words of the memory that all FIFOs share: 1.25 kB (RM0368 §22.2.1). */
export const FIFO_DEPTH = 320;
