/**
 * The protocol as a library, under its public name.
 * @module protocol
 */
export * from '@passfob/protocol';
