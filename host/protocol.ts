/** The protocol as a library, under the name that other programs know it by. */
export * from '@passfob/protocol';
