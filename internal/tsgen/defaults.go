package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Defaults returns TypeScript with the defaults of the model: of each object that has some, by its path in the query. Entries of a list
// share the list's path.
func Defaults() ([]byte, error) {
	raw, err := json.Marshal(model.Defaults())
	if err != nil {
		return nil, err
	}
	var query map[string]any
	if err := json.Unmarshal(raw, &query); err != nil {
		return nil, err
	}
	objects := map[string]map[string]any{}
	gather(objects, "", query)
	var out bytes.Buffer
	out.WriteString("// Code generated from the Go package model by internal/tsgen; DO NOT EDIT.\n" +
		"// `go generate ./pkg/model` writes it anew.\n\n" +
		"/** What holds where a query says nothing: of each object, by its path. */\n" +
		"export const defaults = {\n")
	for _, path := range slices.Sorted(maps.Keys(objects)) {
		key := path
		if strings.Contains(path, ".") {
			key = quote(path)
		}
		fmt.Fprintf(&out, "  %s: {\n", key)
		for _, name := range slices.Sorted(maps.Keys(objects[path])) {
			fmt.Fprintf(&out, "    %s: %s,\n", name, scalar(objects[path][name]))
		}
		out.WriteString("  },\n")
	}
	out.WriteString("} as const;\n")
	return out.Bytes(), nil
}

// gather adds the values of an object, and of the objects within it, except empty ones.
func gather(objects map[string]map[string]any, path string, value any) {
	switch x := value.(type) {
	case map[string]any:
		for name, inside := range x {
			at := strings.TrimPrefix(path+"."+name, ".")
			if said := scalar(inside); said != "" && path != "" {
				if objects[path] == nil {
					objects[path] = map[string]any{}
				}
				objects[path][name] = inside
			}
			gather(objects, at, inside)
		}
	case []any:
		for _, entry := range x {
			gather(objects, path, entry)
		}
	}
}

// scalar returns a text or a number as TypeScript; empty for an empty one, and for what is neither.
func scalar(value any) string {
	switch x := value.(type) {
	case string:
		if x != "" {
			return quote(x)
		}
	case float64:
		if x != 0 {
			return strconv.FormatFloat(x, 'f', -1, 64)
		}
	}
	return ""
}
