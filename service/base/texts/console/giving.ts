/** Texts of the pages that hand a fob over to another owner. */
export const consoleGiving = {
  giving: {
    of: (serial: string) => `Hand over ${serial}`,
    open: 'Hand over to another owner',
    lead: 'For a fob without accounts: revoke its tokens first, and let the service remove their accounts. Its keys are written into a file for the command line or the service of its next owner. From then on this service does nothing with the fob.',
    submit: 'Make the file',
    password: 'Password of the file',
    passwordHint:
      '10 characters or more. Tell it the next owner by another way than the file. After a lost file, make another one.',
    fileLead:
      'Save the file now: it is shown once. The keys stay here until you confirm that the next owner has the fob.',
    download: 'Save the file',
    pass: 'Pass the file to the next owner, and the password by another way.',
    take: 'The next owner imports it in the console of its service, or runs:',
    last: 'When the fob works there, confirm it here. To take the fob back instead, import the file here.',
    confirm: 'Confirm the handover',
    confirmOf: (serial: string) => `Confirm the handover of ${serial}`,
    confirmLead:
      'Only when the next owner has opened the fob with the file. The keys are deleted here, for good: without the file, the fob could only be erased.',
    back: 'Back to the fob',
  },
} as const;
