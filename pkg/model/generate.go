package model

//go:generate go run ../../internal/tsgen -out ../../src/types.gen.ts -defaults ../../src/defaults.gen.ts .
