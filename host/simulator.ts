/** The simulator as a library, if it is installed beside this package: `npm install @passfob/simulator`. */
export * from '@passfob/simulator';
