/// The version of the program and its packages.
package let programVersion = "0.1.0"
