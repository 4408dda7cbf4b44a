import { bitFieldForms } from './bit-fields.ts';
import { branchForms } from './branches.ts';
import { dataForms16 } from './data-16.ts';
import { dataForms32 } from './data-32.ts';
import { exclusiveForms } from './exclusive.ts';
import { extendForms } from './extend.ts';
import { floatingForms } from './floating-forms.ts';
import type { InstructionForm } from './form.ts';
import { loadForms16 } from './loads-16.ts';
import { loadForms32 } from './loads-32.ts';
import { longMultiplyForms } from './long-multiply.ts';
import { manyForms } from './many.ts';
import { multiplyForms } from './multiply.ts';
import { parallelForms } from './parallel.ts';
import { saturateForms } from './saturate.ts';
import { shiftForms } from './shift-forms.ts';
import { systemForms } from './system-forms.ts';

/** All encodings of the processor. The first that fits an instruction and makes an executor counts. */
export const TABLE: readonly InstructionForm[] = [
  ...dataForms16,
  ...loadForms16,
  ...branchForms,
  ...manyForms,
  ...extendForms,
  ...bitFieldForms,
  ...systemForms,
  ...exclusiveForms,
  ...dataForms32,
  ...loadForms32,
  ...shiftForms,
  ...multiplyForms,
  ...longMultiplyForms,
  ...saturateForms,
  ...parallelForms,
  ...floatingForms,
];
