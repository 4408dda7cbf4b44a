/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  tsconfig: './typedoc.tsconfig.json',
  plugin: ['typedoc-plugin-markdown'],
  readme: 'none',
  disableSources: true,
  excludeExternals: false,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  outputFileStrategy: 'modules',
  entryFileName: 'README',
  parametersFormat: 'table',
  propertiesFormat: 'table',
  useCodeBlocks: true,
  useHTMLAnchors: true,
  groupOrder: ['Functions', 'Classes', 'Variables', '*'],
};
