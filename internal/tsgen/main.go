// Command tsgen writes the TypeScript types of a Go package that is plain JSON: its structs as interfaces, its string
// types as unions of their constants, its untyped constants and lists of strings as values. Doc comments go along. On request it
// also writes the defaults of pkg/model.
//
//	tsgen [-out FILE] [-defaults FILE] DIR
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

func main() {
	out := flag.String("out", "", "file to write the types to; standard output if empty")
	defaults := flag.String("defaults", "", "file to write the defaults of pkg/model to; none if empty")
	flag.Parse()
	if err := run(flag.Arg(0), *out, *defaults); err != nil {
		fmt.Fprintln(os.Stderr, "tsgen:", err)
		os.Exit(1)
	}
}

func run(dir, out, defaults string) error {
	code, err := Generate(dir)
	if err != nil {
		return err
	}
	if out == "" {
		_, err = os.Stdout.Write(code)
		return err
	}
	if err := os.WriteFile(out, code, 0o644); err != nil || defaults == "" {
		return err
	}
	code, err = Defaults()
	if err != nil {
		return err
	}
	return os.WriteFile(defaults, code, 0o644)
}

// generator turns declarations into TypeScript, in the order of the Go files.
type generator struct {
	out   bytes.Buffer
	enums map[string][]*ast.ValueSpec // constants by the name of their string type
}

// Generate returns the TypeScript for the Go package in dir. It fails on a type that it cannot express.
func Generate(dir string) ([]byte, error) {
	files, err := parseDir(dir)
	if err != nil {
		return nil, err
	}
	g := generator{enums: map[string][]*ast.ValueSpec{}}
	g.out.WriteString("// Code generated from the Go package model by internal/tsgen; DO NOT EDIT.\n" +
		"// `go generate ./pkg/model` writes it anew.\n")
	if err := eachSpec(files, token.CONST, func(_ *ast.GenDecl, s ast.Spec) error {
		if v := s.(*ast.ValueSpec); v.Type != nil {
			name := v.Type.(*ast.Ident).Name
			g.enums[name] = append(g.enums[name], v)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for _, tok := range []token.Token{token.CONST, token.VAR} {
		if err := eachSpec(files, tok, g.value); err != nil {
			return nil, err
		}
	}
	if err := eachSpec(files, token.TYPE, g.typeSpec); err != nil {
		return nil, err
	}
	return g.out.Bytes(), nil
}

func parseDir(dir string) ([]*ast.File, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var files []*ast.File
	fset := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no Go files in %q", dir)
	}
	return files, nil
}

func eachSpec(files []*ast.File, tok token.Token, do func(*ast.GenDecl, ast.Spec) error) error {
	for _, f := range files {
		for _, d := range f.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != tok {
				continue
			}
			for _, s := range decl.Specs {
				if err := do(decl, s); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// value writes exported untyped literals and lists of literals; other values have no meaning outside Go.
func (g *generator) value(decl *ast.GenDecl, spec ast.Spec) error {
	v := spec.(*ast.ValueSpec)
	if v.Type != nil || len(v.Values) != 1 || !v.Names[0].IsExported() {
		return nil
	}
	doc := v.Doc
	if !decl.Lparen.IsValid() {
		doc = decl.Doc
	}
	switch x := v.Values[0].(type) {
	case *ast.BasicLit:
		g.doc(doc, "")
		fmt.Fprintf(&g.out, "export const %s = %s;\n", v.Names[0], literal(x))
	case *ast.CompositeLit:
		g.doc(doc, "")
		fmt.Fprintf(&g.out, "export const %s = [%s] as const;\n", v.Names[0], literals(x.Elts))
	}
	return nil
}

func (g *generator) typeSpec(decl *ast.GenDecl, spec ast.Spec) error {
	t := spec.(*ast.TypeSpec)
	if !t.Name.IsExported() {
		return nil // JSON does not see it
	}
	doc := t.Doc
	if doc == nil {
		doc = decl.Doc
	}
	switch x := t.Type.(type) {
	case *ast.StructType:
		return g.structType(t.Name.Name, doc, x)
	case *ast.Ident:
		if x.Name == "string" {
			g.enum(t.Name.Name, doc)
			return nil
		}
	}
	return fmt.Errorf("type %s is neither a struct nor a string", t.Name)
}

func (g *generator) enum(name string, doc *ast.CommentGroup) {
	g.doc(doc, "")
	fmt.Fprintf(&g.out, "export const %sValues = [\n", name)
	for _, c := range g.enums[name] {
		g.doc(c.Doc, "  ")
		fmt.Fprintf(&g.out, "  %s,\n", literal(c.Values[0].(*ast.BasicLit)))
	}
	fmt.Fprintf(&g.out, "] as const;\nexport type %s = (typeof %sValues)[number];\n", name, name)
}

// structType writes the interface of a struct that is part of the JSON; structs without a json tag or an embedded struct are
// Go's own.
func (g *generator) structType(name string, doc *ast.CommentGroup, s *ast.StructType) error {
	var extends []string
	var body bytes.Buffer
	outer := g.out
	g.out = body
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 {
			extends = append(extends, f.Type.(*ast.Ident).Name)
			continue
		}
		if err := g.field(name, f); err != nil {
			return err
		}
	}
	body, g.out = g.out, outer
	if body.Len() == 0 && len(extends) == 0 {
		return nil
	}
	g.doc(doc, "")
	fmt.Fprintf(&g.out, "export interface %s ", name)
	if len(extends) > 0 {
		fmt.Fprintf(&g.out, "extends %s ", strings.Join(extends, ", "))
	}
	if body.Len() == 0 {
		g.out.WriteString("{}\n")
		return nil
	}
	fmt.Fprintf(&g.out, "{\n%s}\n", body.Bytes())
	return nil
}

func (g *generator) field(owner string, f *ast.Field) error {
	if f.Tag == nil {
		return nil
	}
	name, options, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
	if name == "" {
		return nil
	}
	typ, err := tsType(f.Type)
	if err != nil {
		return fmt.Errorf("%s.%s: %w", owner, f.Names[0], err)
	}
	if options == "omitempty" {
		name += "?"
	}
	g.doc(f.Doc, "  ")
	fmt.Fprintf(&g.out, "  %s: %s;\n", name, typ)
	return nil
}

func tsType(e ast.Expr) (string, error) {
	switch x := e.(type) {
	case *ast.StarExpr:
		return tsType(x.X)
	case *ast.ArrayType:
		elem, err := tsType(x.Elt)
		return elem + "[]", err
	case *ast.SelectorExpr:
		if x.Sel.Name == "RawMessage" {
			return "unknown", nil
		}
	case *ast.Ident:
		switch x.Name {
		case "string":
			return "string", nil
		case "int", "int64", "float64":
			return "number", nil
		case "bool":
			return "boolean", nil
		}
		if x.IsExported() {
			return x.Name, nil
		}
	}
	return "", fmt.Errorf("no TypeScript for %T", e)
}

func (g *generator) doc(c *ast.CommentGroup, indent string) {
	if indent == "" {
		g.out.WriteByte('\n')
	}
	if c == nil {
		return
	}
	lines := strings.Split(strings.TrimSpace(c.Text()), "\n")
	if len(lines) == 1 {
		fmt.Fprintf(&g.out, "%s/** %s */\n", indent, lines[0])
		return
	}
	fmt.Fprintf(&g.out, "%s/**\n", indent)
	for _, l := range lines {
		fmt.Fprintln(&g.out, strings.TrimRight(indent+" * "+l, " "))
	}
	fmt.Fprintf(&g.out, "%s */\n", indent)
}

// literal writes a Go literal as TypeScript.
func literal(l *ast.BasicLit) string {
	text, err := strconv.Unquote(l.Value)
	if err != nil { // a number
		return l.Value
	}
	return quote(text)
}

func quote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`).Replace(text) + "'"
}

func literals(list []ast.Expr) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = literal(e.(*ast.BasicLit))
	}
	return strings.Join(out, ", ")
}
