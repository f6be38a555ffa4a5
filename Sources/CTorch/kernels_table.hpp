// Included by each instruction set behind the kernels.

const Table table{name,    transform_filter, convolve,      data_gradient, weight_gradient,
                  moments, map,              gradient_sums, norm_gradient};
