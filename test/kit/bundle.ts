import type { Plugin } from 'esbuild';

/** Keeps packages of others out of a bundle; packages of this repository are bundled from their sources. */
export const othersOutside: Plugin = {
  name: 'others-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      /^(?:@passfob|passfob)\//.test(path) ? undefined : { path, external: true },
    );
  },
};
