/** The simulator as a library, for those who installed it beside this package: `npm install @passfob/simulator`. */
export * from '@passfob/simulator';
