/** The secret by which everything in the bench is signed and verified; a secret of nobody. */
export const SECRET = 'bench_secret_bench_secret_bench_secret';
