"""Services that keep the contract and still answer differently: each must give no finding."""
