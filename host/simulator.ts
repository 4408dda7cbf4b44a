/** The simulator as a library, if it is installed beside this package. */
export * from '@passfob/simulator';
