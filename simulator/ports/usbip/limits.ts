/** Every bound of the USB/IP front, and the sizes of its device. */

/** Registered with IANA for USB/IP. */
export const USBIP_PORT = 3240;

/** Sizes in USB/IP: a request's header, two fields of a device, a whole device, a command or its answer. */
export const REQUEST_HEADER_BYTES = 8;
export const PATH_BYTES = 256;
export const BUS_ID_BYTES = 32;
export const DEVICE_BYTES = 312;
export const COMMAND_BYTES = 48;

/** The largest transfer accepted: Linux's drivers for these devices ask for at most 4 kB. */
export const MAX_TRANSFER_BYTES = 64 * 1024;

/** Transfers that may wait for data: cdc_acm keeps 16 for reading, usbhid one. A client with more is closed. */
export const MAX_PENDING_TRANSFERS = 256;

/** Clients at a time: one with the device, and others that look for one. */
export const MAX_USBIP_CLIENTS = 8;

/** A client that has sent no request by then is closed. */
export const REQUEST_TIMEOUT_MS = 5_000;

/** Bytes of unread answers above which the front reads no more from the client. */
export const MAX_UNREAD_ANSWER_BYTES = 1024 * 1024;

/** Unread bytes of the serial port; further ones are lost. */
export const MAX_SERIAL_BYTES = 64 * 1024;

/**
 * A driver asks for the next report as soon as it gets one. Over a network that can take longer than the board's
 * virtual time lasts. So a driver counts as asking for this long, and this many reports are kept for it.
 */
export const ASKS_AGAIN_MS = 500;
export const MAX_REPORTS_AHEAD = 64;

/** USB 2.0 §5.5.3, §5.8.3: packet size of a full-speed device's control and bulk endpoints. */
export const PACKET_BYTES = 64;

/**
 * Espruino's endpoint for the serial port's notifications: its packet size, and the polling interval in milliseconds.
 */
export const NOTIFICATION_BYTES = 8;
export const NOTIFICATION_INTERVAL_MS = 16;
export const HID_INTERVAL_MS = 10;

/** In units of 2 mA (USB 2.0 table 9-10). */
export const SUPPLY_CURRENT_UNITS = 0x32;

/** USB 2.0 §9.6.7: a descriptor's length is one byte. */
export const STRING_DESCRIPTOR_MAX_BYTES = 254;

/** Time limit for the local kernel's request for the device. */
export const ATTACH_TIMEOUT_MS = 5_000;
