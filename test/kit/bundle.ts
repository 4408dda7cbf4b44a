import type { Plugin } from 'esbuild';

/** Packages of others stay outside of a bundle; those of this repository are bundled from their sources. */
export const othersOutside: Plugin = {
  name: 'others-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      /^(?:@passfob|passfob)\//.test(path) ? undefined : { path, external: true },
    );
  },
};
