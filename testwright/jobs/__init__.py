"""The durable door: the job definitions, and the engines that can drive them."""
