/**
 * The simulator as a library, if it is installed beside this package.
 * @module simulator
 */
export * from '@passfob/simulator';
