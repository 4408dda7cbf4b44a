/** The protocol as a library, under its public name. */
export * from '@passfob/protocol';
