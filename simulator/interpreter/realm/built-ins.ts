/**
 * The built-ins of Espruino (wrapper tables of the sources, and the real interpreter asked by name). All others of V8
 * are removed, except names that are symbols, which the language itself needs.
 */
const words = (text: string) => text.split(' ').filter(word => word !== '');

/** Globals of the language; the board adds its own. */
export const GLOBALS = words(
  `Object Array String Number Boolean Function Error TypeError SyntaxError ReferenceError Date Math JSON RegExp
  ArrayBuffer DataView Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array
  Float32Array Float64Array parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent Infinity NaN
  undefined eval globalThis`.replace(/\s+/g, ' '),
);

/** Own names of constructors, less those that every function has. */
export const STATICS: Readonly<Record<string, readonly string[]>> = {
  Object: words(
    'assign create defineProperties defineProperty entries fromEntries getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames getPrototypeOf keys setPrototypeOf values',
  ),
  Array: ['isArray'],
  String: ['fromCharCode'],
  Number: words('MAX_VALUE MIN_VALUE NEGATIVE_INFINITY NaN POSITIVE_INFINITY'),
  Boolean: [],
  Function: [],
  Error: [],
  TypeError: [],
  SyntaxError: [],
  ReferenceError: [],
  Date: ['now', 'parse'],
  Math: words(
    'E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min pow random round sign sin sqrt tan clip randInt wrap',
  ),
  JSON: ['parse', 'stringify'],
  RegExp: [],
  ArrayBuffer: [],
  DataView: [],
  TypedArray: [],
};

const EVERY_OBJECT = ['constructor', 'toString', 'valueOf'];

/** Own names of prototypes. */
export const METHODS: Readonly<Record<string, readonly string[]>> = {
  Object: [
    ...EVERY_OBJECT,
    ...words(
      'hasOwnProperty __proto__ clone on addListener prependListener emit removeListener removeAllListeners',
    ),
  ],
  Function: [...EVERY_OBJECT, 'apply', 'bind', 'call', 'length', 'name'],
  Array: [
    ...EVERY_OBJECT,
    ...words(
      'concat every fill filter find findIndex forEach includes indexOf join length map pop push reduce reverse shift slice some sort splice unshift',
    ),
  ],
  String: [
    ...EVERY_OBJECT,
    ...words(
      'charAt charCodeAt indexOf lastIndexOf match replace replaceAll substring substr slice split toLowerCase toUpperCase trim concat startsWith endsWith includes repeat padStart padEnd length',
    ),
  ],
  Number: [...EVERY_OBJECT, 'toFixed'],
  Boolean: EVERY_OBJECT,
  Error: [...EVERY_OBJECT, 'message'],
  TypeError: [...EVERY_OBJECT, 'message'],
  SyntaxError: [...EVERY_OBJECT, 'message'],
  ReferenceError: [...EVERY_OBJECT, 'message'],
  Date: [
    ...EVERY_OBJECT,
    ...words(
      'getTimezoneOffset getTime setTime getHours getMinutes getSeconds getMilliseconds getDay getDate getMonth getFullYear getUTCHours getUTCMinutes getUTCSeconds getUTCMilliseconds getUTCDay getUTCDate getUTCMonth getUTCFullYear setHours setMinutes setSeconds setMilliseconds setDate setMonth setFullYear toUTCString toISOString toJSON',
    ),
  ],
  // V8's own replace and match read these; everything else of RegExp is removed.
  RegExp: [
    ...EVERY_OBJECT,
    ...words(
      'exec test flags source global ignoreCase multiline dotAll unicode sticky hasIndices unicodeSets',
    ),
  ],
  ArrayBuffer: [...EVERY_OBJECT, 'byteLength'],
  DataView: [
    ...EVERY_OBJECT,
    ...words(
      'buffer byteLength byteOffset getFloat32 getFloat64 getInt8 getInt16 getInt32 getUint8 getUint16 getUint32 setFloat32 setFloat64 setInt8 setInt16 setInt32 setUint8 setUint16 setUint32',
    ),
  ],
  TypedArray: [
    ...EVERY_OBJECT,
    ...words(
      'buffer byteLength byteOffset length set map subarray indexOf includes join sort forEach reduce fill filter find findIndex reverse slice some every',
    ),
  ],
};

export const TYPED_ARRAYS = words(
  'Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array',
);
