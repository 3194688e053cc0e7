import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.nio.file.Path
import javax.lang.model.SourceVersion

// Runs in the Maven of the author, after the files are written: refuses wrong values, and keeps one variant.

// Given by -D, a value reaches no validationRegex of archetype-metadata.xml: that is only for those who are asked.
def value = { request.properties.getProperty(it) }
Path project = Path.of(request.outputDirectory, request.artifactId)
def inOrder = { Path folder -> Files.walk(folder).withCloseable { it.toList() } }
def problems = []
def require = { boolean good, String key, String allowed ->
  if (!good) problems << "$key is ${value(key)}; allowed: $allowed".toString()
}

def variants = ['line', 'binary', 'conversation']
def port = value('port')

def isTaken = { String name ->
  def used = ~/(import (static )?[\w.]+\.|record )\Q${name}\E\b/
  boolean ofJava = true
  try {
    Class.forName('java.lang.' + name)
  } catch (ClassNotFoundException none) {
    ofJava = false
  }
  ofJava || inOrder(project).any { it.toString().endsWith('.java') && used.matcher(Files.readString(it)).find() }
}

require(variants.contains(value('variant')), 'variant', variants.join(', '))
require(value('className').matches('[A-Z][A-Za-z0-9]*') && !isTaken(value('className')), 'className',
  'a Java class name such as TallyHandler, of letters and digits, that the generated code and java.lang do not use')
require(value('handlerName').matches('[A-Za-z0-9][A-Za-z0-9._-]*'), 'handlerName',
  'letters, digits, dots, hyphens and underscores, the first a letter or a digit')
require(port.matches('[0-9]{1,5}') && port.toInteger() <= 65535, 'port', '0 to 65535, where 0 is any free port')
require(SourceVersion.isName(value('package')), 'package', 'a Java package name such as org.example.tally')

if (problems) {
  // Nothing of this run stays; files that were here before do.
  long began = ManagementFactory.runtimeMXBean.startTime
  inOrder(project).reverse().each {
    boolean ours = Files.isDirectory(it)
      ? Files.list(it).withCloseable { inside -> !inside.findAny().present }
      : Files.getLastModifiedTime(it).toMillis() >= began
    if (ours) Files.delete(it)
  }
  throw new IllegalArgumentException('No project was generated. ' + problems.join('. ') + '.')
}

// Maven would put a key like __className__ into the name of a file itself. But it fails at a value like A$B, before this
// script can refuse the value by name.
def move = { Path file, Path there, String key ->
  Files.createDirectories(there.parent)
  Files.move(file, there.resolveSibling(there.fileName.toString().replace(key, value(key))))
}
def filesIn = { Path folder -> inOrder(folder).findAll { Files.isRegularFile(it) } }

Path chosen = project.resolve('variants').resolve(value('variant'))
filesIn(chosen).each { move(it, project.resolve(chosen.relativize(it).toString()), 'className') }
filesIn(project.resolve('src/main/deploy')).each { move(it, it, 'handlerName') }
inOrder(project.resolve('variants')).reverse().each { Files.delete(it) }
