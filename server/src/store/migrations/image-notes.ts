/** What a picture's viewers should know beside its parameters, as a JSON list of codes. */
export const imageNotes = `
alter table images add column notes text not null default '[]';
`;
