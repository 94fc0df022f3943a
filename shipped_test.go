package main_test

import (
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Nothing that stands for the world outside, tests or measures is in the
// program: a fake platform in it would one day be talked to.
func TestNoFakeIsShipped(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	shipped := strings.Fields(string(out))
	if len(shipped) < 100 {
		t.Fatalf("only %d packages are seen", len(shipped))
	}
	for _, path := range shipped {
		if ours, is := strings.CutPrefix(path, module+"/"); is && (isTestSupport(ours) || ours == "bench") {
			t.Errorf("the program has %s in it", path)
		}
	}
}

// Who serves by compose.yaml has the role that owns nothing, and not the owner's
// password; who migrates has both.
func TestComposeServesAsARoleThatOwnsNothing(t *testing.T) {
	var file struct {
		Services map[string]struct {
			Command     string
			Environment map[string]string
			DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
		}
		Configs map[string]struct{ Content string }
	}
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	serves, migrates, postgres := file.Services["canbobot"], file.Services["migrate"], file.Services["postgres"]
	role := func(address string) string {
		parsed, err := url.Parse(regexp.MustCompile(`\$\{.*?\}`).ReplaceAllString(address, "secret"))
		if err != nil || parsed.User == nil {
			t.Fatalf("no role in %q: %v", address, err)
		}
		return parsed.User.Username()
	}
	server := role(serves.Environment["DATABASE_URL"])
	owner := role(migrates.Environment["MIGRATE_DATABASE_URL"])
	if server == owner || owner != postgres.Environment["POSTGRES_USER"] ||
		role(migrates.Environment["DATABASE_URL"]) != server {
		t.Errorf("%s serves, %s owns", server, owner)
	}
	if !strings.Contains(file.Configs["serves"].Content, "CREATE ROLE "+server+" LOGIN ") {
		t.Errorf("nothing makes the role %s", server)
	}
	// .env is read by all: what is in it and not for who serves is blotted out.
	blot, set := serves.Environment["POSTGRES_PASSWORD"]
	if !set || blot != "" || serves.Environment["MIGRATE_DATABASE_URL"] != "" {
		t.Error("who serves is given the owner's password")
	}
	if serves.Command != "serve" || migrates.Command != "migrate" ||
		serves.DependsOn["migrate"].Condition != "service_completed_successfully" {
		t.Error("who serves does not wait for who migrates")
	}
}
