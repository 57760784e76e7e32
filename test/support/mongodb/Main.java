import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** A MongoDB in memory, for tests where there is no real one. Says its port, ends with its standard input. */
public class Main {
  public static void main(String[] arguments) throws Exception {
    var backend = new MemoryBackend();
    backend.version(new MongoVersion() {
      public List<Integer> getVersionArray() { return List.of(4, 4, 0); }
      // The backend itself says 8 at most, which the driver refuses.
      public int getWireVersion() { return 9; }
    });
    var server = new MongoServer(backend);
    server.bind("127.0.0.1", 0);
    System.out.println("listening on " + server.getLocalAddress().getPort());
    while (System.in.read() != -1) { }
    server.shutdownNow();
  }
}
