/** What a LoRA, one of its kin or an embedding is. */
export const modelNetworks = `
alter table model_files add column network text;
`;
