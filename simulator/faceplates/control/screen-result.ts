import { base64Of } from '../../base/base64.ts';
import { bitmapRows, pbm } from './bitmap.ts';
import type { BitmapForm, CommandResult } from './message.ts';
import type { ScreenState } from './screen-feed.ts';

/** Returns the screen in the form of answers and events. */
export function screenResult({ powered, on, text, bitmap }: ScreenState, form: BitmapForm): CommandResult {
  const { width, height } = bitmap;
  const forms = {
    none: {},
    rows: { bitmap: { width, height, rows: form === 'rows' ? bitmapRows(bitmap) : [] } },
    pbm: { bitmap: { width, height, pbm: form === 'pbm' ? base64Of(pbm(bitmap)) : '' } },
  };
  return { powered, on, text, ...forms[form] };
}
