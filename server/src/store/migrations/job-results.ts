/** What came of a job that makes no pictures. */
export const jobResults = `
alter table jobs add column result text;
`;
