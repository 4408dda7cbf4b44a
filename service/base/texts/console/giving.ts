/** Texts of the pages that hand a fob over to another owner. */
export const consoleGiving = {
  giving: {
    of: (serial: string) => `Hand over ${serial}`,
    open: 'Hand over to another owner',
    fileLead:
      'Save the file now: it is shown once. The keys stay here until you confirm that the next owner has the fob.',
    download: 'Save the file',
    pass: 'Pass the file to the next owner, and the password by another way.',
    take: 'The next owner imports it in the console of its service, or runs:',
    last: 'When the fob works there, confirm it here. To take the fob back instead, import the file here.',
    back: 'Back to the fob',
  },
} as const;
