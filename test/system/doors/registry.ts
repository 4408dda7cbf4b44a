import type { Door } from './door.ts';
import { fileDoors } from './files.ts';
import { serviceDoors } from './service.ts';

/** Every door of the product. The table in docs/threat-model.md is made of it (`npm run docs`). */
export const doors: readonly Door[] = [...serviceDoors, ...fileDoors];
