"""The fast training pass: loss, gradients and last states, nothing else, on prepared buffers.

`plan` holds what every cell's plan shares, `rnn`, `lstm` and `gru` the loops, `heads` the losses,
`gemm` the products that the loops call, `pool` the idle plans, `lean` the entry. The cells' own
plain steps are the reference; tests hold the plans to them.
"""
