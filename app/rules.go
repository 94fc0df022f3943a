package app

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"

	"canbobot/services/approve"
)

// RuleFile is what the file of rules holds; JSON reads as YAML does.
type RuleFile struct {
	Rules []approve.Rule `yaml:"rules"`
}

// maxRuleFile bounds what is read of a file of rules, in bytes.
const maxRuleFile = 64 << 10

// ReadRules reads the rules of a file, or of standard input where its name is "-".
func ReadRules(stdin io.Reader, name string) ([]approve.Rule, error) {
	source := stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		source = file
	}
	content, err := io.ReadAll(io.LimitReader(source, maxRuleFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxRuleFile {
		return nil, fmt.Errorf("%s is larger than %d KB: no list of rules is", name, maxRuleFile>>10)
	}
	var file RuleFile
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true) // a misspelt field would loosen a rule in silence
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w; see canbobot rules set --help", name, err)
	}
	return file.Rules, nil
}
