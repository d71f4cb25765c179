/* Shows notices while no page is open. It keeps nothing, and serves no page from a cache. */
self.addEventListener("push", (event) => {
  const notice = event.data ? event.data.json() : { title: "Bellhop", body: "Somebody is needed." };
  event.waitUntil(self.registration.showNotification(notice.title, {
    body: notice.body,
    tag: notice.tag,
    data: { url: notice.url },
    requireInteraction: true,
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? "/", self.location.origin);
  if (url.origin !== self.location.origin) return;
  event.waitUntil(clients.openWindow(url.href));
});
