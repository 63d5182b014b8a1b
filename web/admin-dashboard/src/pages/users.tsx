import { UserPage } from "@/features/users/UserPage"
import { Users } from "@/features/users/Users"
import { users } from "@/messages/users"
import { Opened } from "@/shell/Opened"
import { StaffOnly } from "@/shell/StaffOnly"
import { Title } from "@/shell/Title"

export default function Page() {
  return (
    <>
      <Title>{users.title}</Title>
      <StaffOnly rights={["users.read"]}>
        {(user) => (
          <Opened
            list={<Users me={user} />}
            one={(id) => <UserPage key={id} id={id} me={user} />}
          />
        )}
      </StaffOnly>
    </>
  )
}
