package main
import (
 _ "github.com/glebarez/sqlite"
 _ "gorm.io/gorm"
 _ "gorm.io/driver/postgres"
 _ "github.com/riverqueue/river"
 _ "github.com/riverqueue/river/riverdriver/riverpgxv5"
 _ "github.com/riverqueue/river/riverdriver/riverdatabasesql"
 _ "github.com/riverqueue/river/riverdriver/riversqlite"
 _ "github.com/riverqueue/river/rivermigrate"
 _ "github.com/alicebob/miniredis/v2"
 _ "github.com/pressly/goose/v3"
 _ "pgregory.net/rapid"
 _ "github.com/redis/go-redis/v9"
 "testing"
)
func TestX(t *testing.T){}
