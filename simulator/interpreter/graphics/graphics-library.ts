import { GRAPHICS_MAX_SIDE } from '../../base/limits.ts';
import type { Glass } from '../../board/chips/glass.ts';
import { int32, wholeNumber } from '../realm/bytes.ts';
import { ByObject, type ImageObject, isRecord, type Value } from '../realm/held.ts';
import { bytesOf, isArrayBuffer } from '../realm/kinds.ts';
import type { Realm } from '../realm/realm.ts';
import { type Area, Canvas, type CanvasLayout, canvasBytes } from './canvas.ts';
import { blockFont, type CustomFont, decoded, drawText, textHeight, textWidth } from './custom-font.ts';
import { TextLog } from './text-log.ts';

/** Returns the font for arguments of `setFontCustom`. */
function fontOf(realm: Realm, args: readonly Value[]): CustomFont {
  const bitmap = args[0];
  const widths = args[2];
  if (typeof bitmap !== 'string') throw realm.error('Font bitmap must be a String');
  const firstCharacter = int32(args[1]);
  if (firstCharacter < 0 || firstCharacter > 255) throw realm.error('First character out of range');
  if (typeof widths !== 'string' && typeof widths !== 'number') {
    throw realm.error('Font width must be a String or an integer');
  }
  const packed = int32(args[3]);
  if (packed >> 16 > 1) throw realm.error('fonts of more than 1 bit per pixel are not simulated');
  const height = packed & 255;
  const scale = Math.max(1, (packed >> 8) & 255);
  return {
    bitmap,
    firstCharacter,
    widths: typeof widths === 'number' ? Math.trunc(widths) : widths,
    height,
    scale,
    ...decoded(bitmap, height, scale),
  };
}

/** Espruino's own letters are not copied. Boards with a built-in font get one font of blocks of the right size. */
function ownFont(realm: Realm, onGlass: boolean, [name, scale]: readonly Value[]): CustomFont {
  if (!onGlass || name !== '6x8') throw realm.error('Graphics.setFont is not simulated');
  return blockFont(Math.max(1, wholeNumber(scale)));
}

interface Instance {
  readonly canvas: Canvas;
  readonly log: TextLog;
  font: CustomFont | undefined;
  alignX: number;
  alignY: number;
  /** The display behind it, unless it is only a buffer. */
  readonly glass?: Glass;
}

type Method = (instance: Instance, args: readonly Value[]) => Value;

const BITS = [1, 2, 4, 8];
const NOT_SIMULATED = [
  'setFontVector',
  'setFontBitmap',
  'setFont4x6',
  'setFont6x8',
  'setFontPBF',
  'setRotation',
  'setClipRect',
  'drawImage',
  'drawImages',
  'drawCircle',
  'fillCircle',
  'drawEllipse',
  'fillEllipse',
  'drawPoly',
  'fillPoly',
  'lineTo',
  'moveTo',
  'scroll',
  'blit',
  'asImage',
  'asBMP',
  'asURL',
  'dump',
  'wrapString',
  'findFont',
  'floodFill',
];

function areaOf(realm: Realm, args: readonly Value[]): Area {
  const first = args[0];
  if (!isRecord(first)) {
    return { x1: int32(first), y1: int32(args[1]), x2: int32(args[2]), y2: int32(args[3]) };
  }
  const of = (name: string) => realm.get(first, name);
  if (wholeNumber(of('r')) > 0) throw realm.error('rounded rectangles are not simulated');
  const left = int32(of('x1') ?? of('x'));
  const top = int32(of('y1') ?? of('y'));
  const [w, h] = [of('w'), of('h')];
  return {
    x1: left,
    y1: top,
    x2: w === undefined ? int32(of('x2')) : left + int32(w),
    y2: h === undefined ? int32(of('y2')) : top + int32(h),
  };
}

/** Reads a colour argument: a number, or red, green and blue, which count as lit if their sum is bright. */
function colourOf(realm: Realm, canvas: Canvas, args: readonly Value[]): number {
  const red = args[0];
  const green = args[1];
  const blue = args[2];
  if (green === undefined && blue === undefined && typeof red !== 'string') {
    return (int32(red) & canvas.colourMask) >>> 0;
  }
  if (canvas.layout.bitsPerPixel > 2 || typeof red === 'string') {
    throw realm.error('colours by name or by red, green and blue are simulated for 1 and 2 bits per pixel');
  }
  const sum = [red, green, blue].reduce<number>(
    (total, part) => total + Math.min(255, Math.max(0, Math.trunc(realm.number(part) * 256))),
    0,
  );
  return sum >= 384 ? canvas.colourMask : 0;
}

function needFont(realm: Realm, instance: Instance): CustomFont {
  if (!instance.font) throw realm.error('only custom fonts are simulated: call setFontCustom first');
  return instance.font;
}

function drawString(realm: Realm, instance: Instance, args: readonly Value[]): void {
  const text = realm.text(args[0]);
  const style = {
    font: needFont(realm, instance),
    alignX: instance.alignX,
    alignY: instance.alignY,
    solid: Boolean(args[3]),
  };
  if (text.includes('\0')) throw realm.error('images inside strings are not simulated');
  const drawn = drawText(instance.canvas, style, text, int32(args[1]), int32(args[2]));
  if (style.solid) instance.log.painted(boxOf(drawn));
  instance.log.drew(text, drawn.x, drawn.y, drawn.width, drawn.height);
}

function boxOf(drawn: { x: number; y: number; width: number; height: number }): Area {
  return { x1: drawn.x, y1: drawn.y, x2: drawn.x + drawn.width - 1, y2: drawn.y + drawn.height - 1 };
}

function reset(instance: Instance): void {
  instance.canvas.resetColours();
  instance.font = undefined;
  instance.alignX = 3;
  instance.alignY = 3;
}

function alignment(value: Value): number {
  // Two bits, unsigned: -1 becomes 3, which is left or top.
  return Math.max(-1, Math.min(1, int32(value))) & 3;
}

function paint(instance: Instance, area: Area, colour: number): void {
  instance.canvas.fillRect(area, colour);
  instance.log.painted(area);
}

/** Methods that return their Graphics. */
function chained(realm: Realm): Record<string, (instance: Instance, args: readonly Value[]) => void> {
  return {
    clear(instance, [resetState]) {
      if (resetState) reset(instance);
      instance.canvas.clear();
      instance.log.clear();
    },
    reset,
    setColor(instance, args) {
      instance.canvas.foreground = colourOf(realm, instance.canvas, args);
    },
    setBgColor(instance, args) {
      instance.canvas.background = colourOf(realm, instance.canvas, args);
    },
    fillRect: (instance, args) => paint(instance, areaOf(realm, args), instance.canvas.foreground),
    clearRect: (instance, args) => paint(instance, areaOf(realm, args), instance.canvas.background),
    drawRect: (instance, args) => instance.canvas.drawRect(areaOf(realm, args)),
    drawLine: (instance, args) => instance.canvas.drawLine(areaOf(realm, args)),
    setPixel(instance, [x, y, colour]) {
      const { canvas } = instance;
      const value = colour === undefined ? canvas.foreground : colourOf(realm, canvas, [colour]);
      canvas.setPixel(int32(x), int32(y), value);
    },
    setFontCustom(instance, args) {
      instance.font = fontOf(realm, args);
    },
    setFont(instance, args) {
      instance.font = ownFont(realm, instance.glass !== undefined, args);
    },
    setFontAlign(instance, [x, y, rotation]) {
      if (int32(rotation) !== 0) throw realm.error('turned text is not simulated');
      instance.alignX = alignment(x);
      instance.alignY = alignment(y);
    },
    flip: instance => flip(realm, instance),
    drawString: (instance, args) => drawString(realm, instance, args),
  };
}

function flip(realm: Realm, { canvas, glass }: Instance): void {
  if (!glass) throw realm.error('only a display has flip');
  if (!canvas.modified) return;
  canvas.resetModified();
  const refusal = glass.show(canvas.bytes);
  if (refusal !== undefined) throw realm.error(refusal);
}

function answering(realm: Realm): Record<string, Method> {
  return {
    getWidth: ({ canvas }) => canvas.layout.width,
    getHeight: ({ canvas }) => canvas.layout.height,
    getBPP: ({ canvas }) => canvas.layout.bitsPerPixel,
    getColor: ({ canvas }) => canvas.foreground,
    getBgColor: ({ canvas }) => canvas.background,
    getPixel: ({ canvas }, [x, y]) => canvas.getPixel(int32(x), int32(y)),
    getFontHeight: instance => textHeight(needFont(realm, instance), ''),
    stringWidth: (instance, [text]) => textWidth(needFont(realm, instance), realm.text(text)),
    getModified({ canvas }, [resetArea]) {
      const area = canvas.modified;
      if (resetArea) canvas.resetModified();
      return area && realm.object({ ...area });
    },
  };
}

function layoutOf(realm: Realm, [width, height, bits, options]: readonly Value[]): CanvasLayout {
  const choice = (name: string) => (isRecord(options) ? realm.get(options, name) : undefined);
  const layout = {
    width: int32(width),
    height: int32(height),
    bitsPerPixel: int32(bits),
    verticalByte: Boolean(choice('vertical_byte')),
    msb: choice('msb') === undefined || Boolean(choice('msb')),
  };
  const sides = [layout.width, layout.height];
  if (sides.some(side => side <= 0 || side > GRAPHICS_MAX_SIDE)) throw realm.error('Invalid Size');
  if (!BITS.includes(layout.bitsPerPixel)) throw realm.error('Invalid BPP, or not simulated');
  if (layout.verticalByte && layout.bitsPerPixel !== 1) {
    throw realm.error('vertical_byte only works for 1bpp ArrayBuffers');
  }
  if (layout.verticalByte && layout.height & 7) {
    throw realm.error('height must be a multiple of 8 when using vertical_byte');
  }
  if (choice('zigzag') || choice('interleavex'))
    throw realm.error('zigzag and interleavex are not simulated');
  return layout;
}

/** The methods of every Graphics; `own` finds the instance. */
function prototypeOf(realm: Realm, own: (self: Value) => Instance): ImageObject {
  const prototype = realm.object({});
  const define = (name: string, value: ImageObject) => realm.hide(prototype, { [name]: value });
  for (const [name, method] of Object.entries(chained(realm))) {
    define(
      name,
      realm.method((self, ...args) => {
        method(own(self), args);
        return self;
      }),
    );
  }
  for (const [name, method] of Object.entries(answering(realm))) {
    define(
      name,
      realm.method((self, ...args) => method(own(self), args)),
    );
  }
  for (const name of NOT_SIMULATED) {
    define(
      name,
      realm.adopt(() => {
        throw realm.error(`Graphics.${name} is not simulated`);
      }),
    );
  }
  return prototype;
}

/**
 * The global `Graphics`, and the function that makes the Graphics of a built-in display. `drawnOn` receives the log
 * of the Graphics drawn on last.
 */
export function graphicsLibrary(
  realm: Realm,
  drawnOn: (log: TextLog) => void,
): { Graphics: ImageObject; onGlass(glass: Glass): ImageObject } {
  const instances = new ByObject<Instance>();
  const own = (self: Value): Instance => {
    const instance = instances.get(self);
    if (!instance) throw realm.error('not a Graphics');
    drawnOn(instance.log);
    return instance;
  };
  const prototype = prototypeOf(realm, own);
  const createArrayBuffer = realm.adopt((...args) => {
    const layout = layoutOf(realm, args);
    const given = isRecord(args[3]) ? realm.get(args[3], 'buffer') : undefined;
    const buffer = isArrayBuffer(given) ? given : realm.arrayBuffer(new Uint8Array(canvasBytes(layout)));
    const graphics = realm.create(prototype);
    realm.define(graphics, { buffer });
    const canvas = new Canvas(layout, bytesOf(buffer));
    instances.set(graphics, { canvas, log: new TextLog(), font: undefined, alignX: 3, alignY: 3 });
    return graphics;
  });
  const Graphics = realm.adopt(() => undefined);
  realm.define(Graphics, { createArrayBuffer, prototype });
  return {
    Graphics,
    onGlass(glass) {
      const { width, height } = glass;
      const layout = { width, height, bitsPerPixel: 16, verticalByte: false, msb: true };
      const canvas = new Canvas(layout, new Uint8Array(canvasBytes(layout)));
      const graphics = realm.create(prototype);
      instances.set(graphics, { canvas, log: new TextLog(), font: undefined, alignX: 3, alignY: 3, glass });
      return graphics;
    },
  };
}
