/** Every bound of the USB/IP front, and the sizes that its device is made of. */

/** IANA has registered 3240 for USB/IP. */
export const USBIP_PORT = 3240;

/** Sizes of USB/IP: a request's head, the fields of a device and all of it, a command or the end of one. */
export const REQUEST_HEADER_BYTES = 8;
export const PATH_BYTES = 256;
export const BUS_ID_BYTES = 32;
export const DEVICE_BYTES = 312;
export const COMMAND_BYTES = 48;

/** The largest transfer taken: the Linux drivers in question ask for at most 4 kB. */
export const MAX_TRANSFER_BYTES = 64 * 1024;

/** Transfers that may wait for data: cdc_acm keeps 16 for reading, usbhid one. A client with more is closed. */
export const MAX_PENDING_TRANSFERS = 256;

/** Clients at a time: one that has the device, and those that look for one. */
export const MAX_USBIP_CLIENTS = 8;

/** A client that has not said what it wants by then is closed. */
export const REQUEST_TIMEOUT_MS = 5_000;

/** Answers that a client has not read yet; beyond it nothing more is read from it. */
export const MAX_UNREAD_ANSWER_BYTES = 1024 * 1024;

/** Bytes of the serial port that nobody has fetched; further ones are lost. */
export const MAX_SERIAL_BYTES = 64 * 1024;

/**
 * A driver that has got a report asks for the next at once. On its way over a network that may take longer than the
 * board's virtual time lasts, so for so long it counts as asking, and so many reports are kept for it.
 */
export const ASKS_AGAIN_MS = 500;
export const MAX_REPORTS_AHEAD = 64;

/** USB 2.0 §5.5.3, §5.8.3: a full-speed device's control and bulk endpoints. */
export const PACKET_BYTES = 64;

/** Espruino's endpoint for the serial port's notifications, and the milliseconds between two questions. */
export const NOTIFICATION_BYTES = 8;
export const NOTIFICATION_INTERVAL_MS = 16;
export const HID_INTERVAL_MS = 10;

/** In units of 2 mA (USB 2.0 table 9-10). */
export const SUPPLY_CURRENT_UNITS = 0x32;

/** USB 2.0 §9.6.7: a descriptor's length is one byte. */
export const STRING_DESCRIPTOR_MAX_BYTES = 254;

/** How long the local kernel's request for the device may take. */
export const ATTACH_TIMEOUT_MS = 5_000;
