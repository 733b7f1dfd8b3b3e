import Basics
import Foundation
import TestSupport
import Testing

@testable import Bundles

@Suite("Manifests of bundles")
struct ManifestTests {
  @Test("A manifest reads back as it was written, and gives the same bytes again")
  func roundTrip() throws {
    let manifest = try SmallBundle.manifest()
    let read = try BundleManifest.parse(manifest.data, path: "bundle.json")
    #expect(read == manifest)
    #expect(read.data == manifest.data)
    #expect(read.files.map(\.path) == ["README.md", "golden/case1.png", "model.json"])
  }

  @Test("A manifest with the former key for a missing modality is read by today's name")
  func formerName() throws {
    let old = try SmallBundle.text(
      "\"hidden\": 0", "\"hidden\": 0, \"answersForOneSide\": true")
    let read = try BundleManifest.parse(old, path: "bundle.json")
    #expect(read.architecture.fusion.acceptsMissingModality)
  }

  @Test(
    "What is not a manifest is refused, with what was found",
    arguments: [
      ("\"schema\": 1", "\"schema\": 2", "unknown schema"),
      ("\"schema\": 1", "\"schema\": 1.0", "expected a whole number"),
      ("\"id\": \"small\"", "\"id\": \"small\", \"id\": \"small\"", "\"id\""),
      ("\"id\": \"small\"", "\"id\": \"../small\"", "the name is"),
      ("\"id\": \"small\"", "\"id\": \"Small\"", "the name is"),
      ("\"version\": \"1.0.0\"", "\"version\": \"1.0\"", "three whole numbers"),
      ("\"version\": \"1.0.0\"", "\"version\": \"01.0.0\"", "three whole numbers"),
      ("\"summary\"", "\"sumary\"", "\"summary\" is missing"),
      ("\"created\": \"2025", "\"created\": \"2025-02-30", "the time is"),
      ("\"size\": 7", "\"size\": -1", "found -1"),
      ("\"size\": 7", "\"size\": 9223372036854775808", "found"),
      ("\"size\": 7", "\"size\": 7.0", "expected a whole number"),
      ("\"path\": \"README.md\"", "\"path\": \"../README.md\"", "is not allowed"),
      ("\"path\": \"README.md\"", "\"path\": \"/README.md\"", "is not allowed"),
      ("\"path\": \"README.md\"", "\"path\": \"a\\\\b\"", "is not allowed"),
      ("\"path\": \"README.md\"", "\"path\": \".hidden\"", "is not allowed"),
      ("\"path\": \"README.md\"", "\"path\": \"a//b\"", "is not allowed"),
      ("\"path\": \"README.md\"", "\"path\": \"a\\u0000b\"", "is not allowed"),
      ("\"path\": \"README.md\"", "\"path\": \"bundle.json\"", "the manifest's own"),
      ("\"path\": \"README.md\"", "\"path\": \"model.json\"", "two files have the path"),
      ("\"path\": \"README.md\"", "\"path\": \"Model.json\"", "differ in case alone"),
      ("\"role\": \"card\"", "\"role\": \"cart\"", "did you mean \"card\"?"),
      ("\"labels\": [\"normal\", \"abnormal\"]", "\"labels\": [\"one\"]", "found 1 labels"),
      ("\"interval\": [0.7, 1.0]", "\"interval\": [1.0, 0.7]", "the lower bound first"),
      ("\"weights\": \"CC0-1.0\"", "\"weights\": \"\"", "SPDX"),
      ("\"input\": [\"text\"]", "\"input\": [\"image\"]", "different inputs"),
    ])
  func refused(_ old: String, _ new: String, _ expected: String) throws {
    let found = errorText {
      _ = try BundleManifest.parse(SmallBundle.text(old, new), path: "bundle.json")
    }
    #expect(found.contains(expected), "\(found)")
    #expect(found.hasPrefix("bundle.json"), "\(found)")
  }

  @Test("A hash that is short, in capitals or no hash is refused", arguments: [0, 1, 2])
  func hashes(_ kind: Int) throws {
    let digest = try sha256(of: Data("a card\n".utf8))
    let other = [String(digest.dropLast()), digest.uppercased(), "z" + digest.dropFirst()][kind]
    let found = errorText {
      _ = try BundleManifest.parse(SmallBundle.text(digest, other), path: "bundle.json")
    }
    #expect(found.contains("64 lower-case hexadecimal digits"), "\(found)")
  }

  @Test("Files that have more bytes together than a bundle may are refused before any is fetched")
  func total() throws {
    let found = errorText {
      _ = try BundleManifest.parse(
        SmallBundle.text("\"size\": 7", "\"size\": \(BundleFile.maximumSize)"), path: "bundle.json")
    }
    #expect(found.contains("bytes together"), "\(found)")
  }

  @Test("A time is a real one, to the second, in UTC")
  func times() throws {
    #expect(try Timestamp("2026-11-25").description == "2026-11-25T00:00:00Z")
    #expect(try Timestamp("2024-02-29T23:59:59Z").seconds == 1_709_251_199)
    for text in ["2023-02-29", "2026-13-01", "2026-11-25T24:00:00Z", "2026-11-25T10:00:00+01", ""] {
      #expect(errorText { _ = try Timestamp(text) }.contains("the time is"), "\(text)")
    }
  }

  @Test("Versions are ordered by their numbers")
  func versions() throws {
    let texts = ["1.10.0", "1.9.9", "0.0.1", "1.9.10"]
    let sorted = try texts.map { try BundleVersion($0) }.sorted().map(\.description)
    #expect(sorted == ["0.0.1", "1.9.9", "1.9.10", "1.10.0"])
  }
}
