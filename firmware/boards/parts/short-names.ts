/**
 * Built-ins that the image uses often. The bundler replaces them everywhere and shortens their names: the interpreter
 * looks up `Math.floor` by its text at each run, and each use would put that text into the image.
 */
const Bytes = Uint8Array;
const Words = Int32Array;
const floor = Math.floor;
const min = Math.min;
const max = Math.max;
const ceil = Math.ceil;
const fromCharCode = String.fromCharCode;
const time = getTime;
const crc32 = E.CRC32;
const toBytes = E.toUint8Array;

export {
  Bytes as Uint8Array,
  ceil as 'Math.ceil',
  crc32 as 'E.CRC32',
  floor as 'Math.floor',
  fromCharCode as 'String.fromCharCode',
  max as 'Math.max',
  min as 'Math.min',
  time as getTime,
  toBytes as 'E.toUint8Array',
  Words as Int32Array,
};
