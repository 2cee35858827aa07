module fares

go 1.19
